#!/usr/bin/env python3
import json, sys
words = 0  # kept from batch to batch, for as long as the partition stays here
for line in sys.stdin:
    batch = json.loads(line)
    answer = {"ack": True}
    for record in batch.get("records", []):  # the line that it closes has none
        if "value" not in record:  # value_base64: it is no UTF-8
            answer = {"reject": record["offset"], "cause": "no text"}
            break
        words += len((record["value"] or "").split())
    if "records" in batch:
        print(f"{words} words so far", file=sys.stderr)
        print(json.dumps(answer), flush=True)
