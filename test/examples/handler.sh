#!/bin/sh
# A handler for `handler = "exec"` with `life = "batch"` and `input = "raw"`.
sort -u >> "${OUT:?}" # its exit status is the answer: 0 acks the batch
