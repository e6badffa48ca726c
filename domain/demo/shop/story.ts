import { planApp, visitApp } from "./app-story";
import { makeMistakes } from "./bad-messages";
import { DAY } from "./calendar";
import { planCrm } from "./crm-story";
import { Life, type World } from "./life";
import { planMachine } from "./machine-story";
import { planNewsletters, sendAutomated, sendNewsletter } from "./mail-story";
import type { Household } from "./people";
import { Stage } from "./stage";
import { planStoreVisits, visitStore } from "./store-story";
import { openTicket } from "./support-story";
import { visitWeb } from "./web-story";

/** Tells what happens to a household and returns everything that its people and the company's systems sent. */
export function tellHousehold(world: World, household: Household): Stage {
  const stage = new Stage(world.calendar, household.index.toString(36));
  const lives = household.people.map((person) => {
    const life = new Life(world, stage, person, household.sharedTablet);
    if (person.persona !== "store") {
      life.plan(world.calendar.moment(life.random, person.from, person.city.timezone), { kind: "visit", again: true });
    }
    planNewsletters(life);
    planApp(life);
    planStoreVisits(life);
    planMachine(life);
    planCrm(life);
    planChangeOfMind(life);
    makeMistakes(life, stage);
    return life;
  });
  for (const life of lives) {
    for (let next = life.next(); next; next = life.next()) {
      const { at, happening } = next;
      switch (happening.kind) {
        case "visit":
          visitWeb(life, at, happening);
          break;
        case "app":
          visitApp(life, at, happening);
          break;
        case "store":
          visitStore(life, at);
          break;
        case "newsletter":
          sendNewsletter(life, at, happening.newsletter);
          break;
        case "mail":
          sendAutomated(life, at, happening.mail);
          break;
        case "ticket":
          openTicket(life, at, happening.order);
          break;
        case "own":
          happening.tell(at);
          break;
      }
    }
  }
  return stage;
}

/** Some people change their choice in the consent banner later, mostly to less. */
function planChangeOfMind(life: Life): void {
  const { random, person, stage } = life;
  if (!person.consent || !random.chance(0.04)) return;
  life.later(person.from + random.int(20, 200) * DAY, (at) => {
    const device = person.devices[0];
    if (!device || at > person.until) return;
    person.consent = random.chance(0.8)
      ? { functional: true, analytics: true, advertising: false, personalisation: false }
      : { functional: true, analytics: true, advertising: true, personalisation: true };
    stage.online(
      {
        source: "web",
        person,
        device,
        id: at,
        touch: { channel: "direct", referrer: "", search: "", quality: 1 },
        measured: true,
        late: false,
        timezone: person.city.timezone,
      },
      at,
      { type: "track", event: "Segment Consent Preference Updated", properties: {} },
      { path: "/privacy", title: "Your privacy choices - Fernhill Coffee" },
    );
  });
}
