"""Queues in closed form: the chance of waiting and the mean wait with several servers (M/M/c)."""

from chesil.methods.checking import refuse


def erlang_c(servers: int, load: float) -> float:
    """The chance that an arrival has to wait, with `servers` and an offered `load` (arrivals x mean service time).

    Erlang (1917), by the stable recursion of Erlang B. A load of `servers` or more never settles and is refused.
    """
    _check(servers, load)
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - (load / servers) * (1 - blocked))


def mean_wait(servers: int, arrivals_per_minute: float, service_minutes: float) -> float:
    """Mean minutes in the queue before service: random arrivals, exponential service, first come first served."""
    load = arrivals_per_minute * service_minutes
    return erlang_c(servers, load) * service_minutes / (servers - load)


def _check(servers: int, load: float) -> None:
    refuse(
        "The queue cannot be worked out",
        [
            f"`servers` is {servers}: at least one is needed" if servers < 1 else "",
            f"the load {load:g} is below zero" if load < 0 else "",
            f"the load {load:g} fills all {servers} servers: the queue would grow without end"
            if load >= servers >= 1
            else "",
        ],
    )
