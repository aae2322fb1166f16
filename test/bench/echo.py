#!/usr/bin/env python3
"""A handler that reads every batch as JSON, and acks it."""
import json
import sys

for line in sys.stdin:
    if "records" in json.loads(line):
        print('{"ack":true}', flush=True)
