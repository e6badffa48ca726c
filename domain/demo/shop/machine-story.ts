import { DAY, HOUR, MINUTE } from "./calendar";
import { exponential } from "./chance";
import type { Life } from "./life";

const DRINKS = ["espresso", "espresso", "lungo", "cappuccino", "flat white", "americano"] as const;

/** A connected machine at home: a summary a week, every cup of the last days, now and then a fault. */
export function planMachine(life: Life): void {
  const { random, person, stage, world } = life;
  if (!person.ownsMachine) return;
  const paired = person.from + exponential(random, 40) * DAY;
  if (paired > person.until) return;
  const serial = `F1-${person.key.toUpperCase()}-${random.int(1000, 9999)}`;
  const cups = 1 + random.int(0, 4);
  const context = (at: number): Record<string, unknown> => ({
    device: { id: serial, type: "coffee-machine", manufacturer: "Fernhill", model: "Fernhill One", name: "Fernhill One" },
    os: { name: "FernOS", version: at > world.calendar.end - 60 * DAY ? "2.8" : "2.6" },
    timezone: person.city.timezone,
  });
  const say = (at: number, call: Record<string, unknown>, known = false): void =>
    stage.server("iot", at, person, call, { anonymousId: serial, anonymous: !known, context: context(at) });
  life.later(paired, (at) => {
    if (!life.signedUp) return;
    say(at, { type: "track", event: "Machine Paired", properties: { serial, model: "Fernhill One" } }, true);
    say(at + 500, { type: "identify", traits: { machineSerial: serial, machineModel: "Fernhill One" } }, true);
    const until = Math.min(person.until + 30 * DAY, world.calendar.end);
    for (let week = at + 7 * DAY; week < until; week += 7 * DAY) {
      const n = Math.max(0, Math.round(cups * 7 * (0.7 + 0.6 * random.next())));
      if (n > 0)
        say(life.localHour(week, 3), {
          type: "track",
          event: "Brew Summary",
          properties: { cups: n, week: isoWeek(week), water_litres: Math.round(n * 1.3) / 10 },
        });
      if (random.chance(0.04))
        say(week + 9 * HOUR, { type: "track", event: "Machine Error", properties: { code: random.pick(["E02", "E04", "E11"]) } });
      if (random.chance(0.06))
        say(week + 8 * HOUR, { type: "track", event: "Descaling Needed", properties: { cups_since: random.int(180, 320) } });
    }
    for (let day = Math.max(at, world.calendar.end - 6 * DAY); day < until; day += DAY) {
      for (let n = random.int(0, cups); n > 0; n--) {
        const brewed = world.calendar.moment(random, day, person.city.timezone) + random.int(0, 30) * MINUTE;
        say(brewed, {
          type: "track",
          event: "Coffee Brewed",
          properties: {
            drink: random.pick(DRINKS),
            strength: random.int(1, 5),
            temperature_c: random.int(90, 95),
            duration_s: random.int(22, 48),
          },
        });
      }
    }
  });
}

/** `2026-W07`. */
function isoWeek(at: number): string {
  const date = new Date(at);
  const thursday = new Date(at + (4 - (date.getUTCDay() || 7)) * DAY);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${String(Math.floor((thursday.getTime() - first) / DAY / 7) + 1).padStart(2, "0")}`;
}
