#!/bin/sh
echo "this is no JSON"
echo "and this neither" >&2
exit 3
