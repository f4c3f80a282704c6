import weakref


class Observer:
    def __init__(self, name, react):
        self.name, self.react, self.heard = name, react, 0

    def notify(self, sensor, value):
        self.heard += 1
        text = self.react(sensor, value)
        if text is not None:
            print(f"  [{self.name}] {text}")


class Sensor:
    def __init__(self, name):
        self.name, self.refs, self.values = name, [], []

    def subscribe(self, o):
        self.refs.append(weakref.ref(o))

    def unsubscribe(self, o):
        self.refs = [r for r in self.refs if r() is not o]

    def measure(self, value):
        self.values.append(value)
        print(f"{self.name}: {value:.1f}")
        for r in self.refs:
            if r() is not None:
                r().notify(self.name, value)
        alive = [r for r in self.refs if r() is not None]
        if len(alive) < len(self.refs):
            print(f"  ({len(self.refs) - len(alive)} gone)")
        self.refs = alive


def watch_briefly(sensor):
    visitor = Observer("visitor", lambda s, v: f"saw {v:.1f}")
    sensor.subscribe(visitor)
    sensor.measure(20.5)
    print(f"  the visitor heard {visitor.heard}")


kitchen, cellar = Sensor("kitchen"), Sensor("cellar")
alarm = Observer("alarm", lambda s, v: f"{s} is above 30.0" if v > 30.0 else None)
logger = Observer("logger", lambda s, v: f"{s}={v}")
kitchen.subscribe(alarm)
cellar.subscribe(alarm)
kitchen.subscribe(logger)
kitchen.measure(21.0)
kitchen.measure(35.5)
cellar.measure(30.1)
watch_briefly(kitchen)
kitchen.measure(22.0)
kitchen.unsubscribe(logger)
kitchen.measure(40.0)
print(f"alarm heard {alarm.heard}, logger heard {logger.heard}")
print(f"kitchen has {len(kitchen.refs)} subscription, measured {kitchen.values}")
