#!/usr/bin/env python
"""Django's command line."""

import sys

from config.commandline import main

if __name__ == "__main__":
    try:
        main(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
