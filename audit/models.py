from django.db import models


class ClockOffset(models.Model):
    seconds = models.BigIntegerField(default=0)
