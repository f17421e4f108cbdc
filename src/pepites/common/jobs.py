"""How a job that failed is tried again: a cut database is a matter of seconds, a fault of the code is not."""

from procrastinate import RetryStrategy

# 2, 4, 8… seconds between tries, four minutes in all; then the job stays as failed, for somebody to look at.
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=2)
