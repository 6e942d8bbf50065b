"""Shapes of requests and answers about people."""

from typing import Any

from rest_framework import serializers


class TokenRequest(serializers.Serializer[dict[str, Any]]):
    email = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)


class TokenAnswer(serializers.Serializer[dict[str, Any]]):
    token = serializers.CharField()
