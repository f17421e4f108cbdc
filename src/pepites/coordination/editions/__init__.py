"""PDF files about a person: asked for, made by a job, kept a short time for who asked (design, law 4)."""
