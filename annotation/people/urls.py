from django.contrib.auth import views as auth
from django.urls import path

from annotation.people.sign_in import SignInView

urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
]
