"""The numbers the design promises, measured: `python -m benchmarks` prints them beside their targets.

A measure is a module with a function `measure`. The stand-ins are served, and what is timed runs, each in a process of
its own, so that neither counts the other's time or memory.
"""
