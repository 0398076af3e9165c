"""A plant file is read with every mistake told at once, and edited with every comment kept."""

from pathlib import Path

from bobae.app.plant_file import PlantMistakes, parse

WRITTEN = """\
plant: busan  # the press shop
timezone: Asia/Seoul
assets:
  press/line1/press3:
    tags:
      oil: {unit: Cel, range: [0, 120]}  # in the tank
"""

plant = parse(WRITTEN, Path("plant.yaml"))
place = ("assets", "press/line1/press3", "tags", "oil", "range")
print(plant.with_value(place, [0, 90]).written)

try:
    parse(WRITTEN.replace("Seoul", "Seol").replace("Cel", "°C"), Path("plant.yaml"))
except PlantMistakes as mistakes:
    print(mistakes)
