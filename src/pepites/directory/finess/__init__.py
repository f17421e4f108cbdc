"""The FINESS extraction of establishments: what the register of structures says, beside what the RPPS columns do."""
