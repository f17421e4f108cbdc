"""URLs of the regional server."""

app_name = "regional"
urlpatterns: list[object] = []
