"""One production line in other simulators: ten stations, buffers of five, machines that break while they work.

python twin.py ENGINE PARTS SEED: prints one JSON line with the parts a second, their mean time in the line and the CPU
seconds of the run alone. Every engine draws work as exp(1) and, for each 100 of work on average, a repair of exp(5).
"""

import json
import random
import sys
import time

STATIONS, BUFFER, APART = 10, 5, 2.0
WORKS, MENDED = 100.0, 5.0


def work(dice):
    takes = dice.expovariate(1.0)
    left = dice.expovariate(1.0 / WORKS)
    total = takes
    while left < takes:
        total += dice.expovariate(1.0 / MENDED)
        left += dice.expovariate(1.0 / WORKS)
    return total


def in_simpy(parts, seed):
    import simpy

    dice, env, times = random.Random(seed), simpy.Environment(), []
    stores = [simpy.Store(env)] + [simpy.Store(env, capacity=BUFFER) for _ in range(STATIONS - 1)]

    def arrivals():
        while True:
            yield env.timeout(dice.expovariate(1.0 / APART))
            yield stores[0].put(env.now)

    def station(k):
        while True:
            part = yield stores[k].get()
            yield env.timeout(work(dice))
            if k + 1 < STATIONS:
                yield stores[k + 1].put(part)
            else:
                times.append(env.now - part)

    env.process(arrivals())
    for k in range(STATIONS):
        env.process(station(k))
    return run(lambda: env.run(until=parts * APART), times)


def in_salabim(parts, seed):
    import salabim as sim

    dice, times = random.Random(seed), []
    env = sim.Environment(yieldless=False, trace=False)
    stores = [sim.Store("s0")] + [sim.Store(f"s{k}", capacity=BUFFER) for k in range(1, STATIONS)]

    class Arrivals(sim.Component):
        def process(self):
            while True:
                yield self.hold(dice.expovariate(1.0 / APART))
                part = sim.Component("part")
                part.came = env.now()
                yield self.to_store(stores[0], part)

    class Station(sim.Component):
        def setup(self, k):
            self.k = k

        def process(self):
            while True:
                part = yield self.from_store(stores[self.k])
                yield self.hold(work(dice))
                if self.k + 1 < STATIONS:
                    yield self.to_store(stores[self.k + 1], part)
                else:
                    times.append(env.now() - part.came)

    Arrivals()
    for k in range(STATIONS):
        Station(k=k)
    return run(lambda: env.run(till=parts * APART), times)


def in_ciw(parts, seed):
    import ciw

    dice = random.Random(seed)

    class Work(ciw.dists.Distribution):
        def sample(self, *_, **__):
            return work(dice)

    routing = [[1.0 if j == i + 1 else 0.0 for j in range(STATIONS)] for i in range(STATIONS)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1.0 / APART), *[None] * (STATIONS - 1)],
        service_distributions=[Work() for _ in range(STATIONS)],
        number_of_servers=[1] * STATIONS,
        queue_capacities=[float("inf"), *[BUFFER] * (STATIONS - 1)],
        routing=routing,
    )
    ciw.seed(seed)
    line = ciw.Simulation(network)
    found = run(lambda: line.simulate_until_max_time(parts * APART), None)
    came, left = {}, {}
    for row in line.get_all_records():
        if row.node == 1:
            came[row.id_number] = row.arrival_date
        if row.node == STATIONS:
            left[row.id_number] = row.exit_date
    times = [left[who] - came[who] for who in left if who in came]
    return found | {"finished": len(times), "mean_time": sum(times) / len(times)}


def in_cimba(parts, seed):
    import cimba as cb
    from cimba import inputs

    stations = "\n".join(
        f"""
    b{k}: cb.{"FractionalContainer" if k else "Container"}
    @cb.process
    def station{k}(self):
        left = self.apart.next()
        while True:
            self.b{k}.get({"1.0" if k else "1"})
            takes = self.takes.next()
            total = takes
            while left < takes:
                total += self.mended.next()
                left += self.apart.next()
            left -= takes
            cb.hold(total)
            {f"self.b{k + 1}.put(1.0)" if k + 1 < STATIONS else "self.over.put(1)"}"""
        for k in range(STATIONS)
    )
    source = f"""
class Line(cb.Model):
    between: cb.Input[float] = inputs.dist.exponential(mean={APART})
    takes: cb.Input[float] = inputs.dist.exponential(mean=1.0)
    apart: cb.Input[float] = inputs.dist.exponential(mean={WORKS})
    mended: cb.Input[float] = inputs.dist.exponential(mean={MENDED})
    made: cb.Output[float]
    over: cb.Container
{stations}
    @cb.on_end
    def measure(self):
        self.made = self.over.level() + 0.0

    @cb.process
    def arrivals(self):
        while True:
            cb.hold(self.between.next())
            self.b0.put(1)
"""
    import linecache

    linecache.cache["line.py"] = (len(source), None, source.splitlines(keepends=True), "line.py")
    space = {"cb": cb, "inputs": inputs, "__name__": "__main__"}
    exec(compile(source, "line.py", "exec"), space)
    model = space["Line"]()
    for k in range(1, STATIONS):
        setattr(model, f"b{k}", cb.FractionalContainer(capacity=BUFFER, decimals=0))

    def experiment(time_to):
        return cb.Experiment(model, replications=1, window=cb.Window(duration=time_to), seed=seed).run()

    experiment(10.0)  # compiled
    found = {}

    def go():
        found["made"] = float(next(iter(experiment(parts * APART)[model].made)).item())

    told = run(go, None)
    return told | {"finished": found["made"], "mean_time": None}


def run(go, times):
    began = time.process_time()
    go()
    cpu_s = time.process_time() - began
    if times is None:
        return {"cpu_s": cpu_s}
    return {"cpu_s": cpu_s, "finished": len(times), "mean_time": sum(times) / len(times)}


if __name__ == "__main__":
    engine, parts, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(globals()[f"in_{engine}"](parts, seed)))
