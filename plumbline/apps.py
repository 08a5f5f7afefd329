from django.apps import AppConfig


class PlumblineConfig(AppConfig):
    name = "plumbline"
