"""Passwords of tests: the same kind of hash, made quickly, so that a live web process can check it too."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
