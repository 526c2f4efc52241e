#!/usr/bin/python
raise RuntimeError("this module is broken")
