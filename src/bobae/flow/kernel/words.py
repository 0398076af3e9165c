"""The words of the engine, as numbers: events, states, rules, what a time is per, where the clock keeps what."""

# events
DONE, ARRIVE, RELEASE, FAIL, REPAIR, CARE_DUE, CARE_END, SHIFT, ORDER = range(9)
START, LEAVE, SCRAP, BLOCK = range(9, 13)  # only in the trace

# what a machine is doing, and what counts where two are true: the later word
IDLE, BUSY, BLOCKED, CLOSED, CARE, DOWN = range(6)

# which lot first
FIFO, EDD, CR, SPT, LWR, LIFO, WEIGHTS = range(7)
FEATURES = 6  # of the rule WEIGHTS: waited, slack, step time, work left, setup time, priority
INPUTS = 8  # of a network: these, the pieces that wait for the same step, the lots that wait for the next one

# what a time is per
LOT, PIECE, BATCH = range(3)

# distributions
CONSTANT, UNIFORM, EXPONENTIAL, TRIANGULAR, ERLANG, NORMAL, LOGNORMAL, WEIBULL, GEOMETRIC, EMPIRICAL = range(10)

# purposes: a stream of chance for each
P_TIME, P_SETUP, P_MOVE, P_SHARE, P_REWORK, P_SCRAP, P_FAIL, P_REPAIR, P_CARE, P_RELEASE = range(10)

# stages of a job
EMPTY, RUNS, PAUSED, HOLDS = range(4)

# the clock
(
    NOW,
    ORDER_NEXT,
    EVENTS,
    LOTS_FREE,
    LOTS_TOP,
    WIP,
    WIP_SINCE,
    WIP_TIME,
    RELEASED,
    FINISHED,
    SCRAPPED,
    RING_FIRST,
    RING_COUNT,
    MOVING_FIRST,
    MOVING_COUNT,
    VEHICLES,
    NEXT_ORDER,
    DONE_COUNT,
    TRACE_COUNT,
    TRACING,
    HASH,
    SEED,
    HANDLED,
    ENGINE,
    BEGUN,
) = range(25)
CLOCKS = 25

# what is counted of each step
LIMITED, BROKEN, BROKEN_BY, PIECES_DONE, PIECES_SCRAPPED, PIECES_REWORKED = range(6)
TALLIES = 6

# why a run stopped
REACHED, NOTHING_LEFT, EVENTS_FULL, LOTS_FULL, DONE_FULL, TRACE_FULL = range(6)
