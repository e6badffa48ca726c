import { DAY } from "./calendar";
import { exponential } from "./chance";
import type { Life } from "./life";

const PASSIVE = { passive: true };
const MANAGERS = ["Jo Hartley", "Samir Chaudhry", "Ingrid Lund"] as const;

/** What the CRM sends: business contacts with their account, and a few of the best private customers. */
export function planCrm(life: Life): void {
  const { random, person, stage } = life;
  if (person.company === undefined && !(person.persona === "loyal" && random.chance(0.3))) return;
  const { company } = person;
  life.later(person.from + (3 + exponential(random, 14)) * DAY, (at) => {
    if (!life.signedUp) return;
    const manager = random.pick(MANAGERS);
    // One contact in thirty stands in the CRM under a number of its own: the same e-mail, another user id.
    const stray = random.chance(1 / 30);
    const call = {
      type: "identify",
      traits: {
        email: person.email,
        name: person.displayName,
        lifecycleStage: company ? "customer" : "vip",
        accountOwner: manager,
        ...(company
          ? {
              title: random.pick(["Office manager", "Head of people", "Founder", "Facilities lead"]),
              company: { id: company.id, name: company.name, industry: company.industry },
            }
          : {}),
      },
    };
    if (stray)
      stage.send("crm", at, { ...call, userId: `crm-${person.key}`, context: { library: { name: "fernhill-crm-sync", version: "1.4" } } });
    else stage.server("crm", at, person, call, PASSIVE);
    if (!company) return;
    stage.server(
      "crm",
      at + 2000,
      person,
      {
        type: "group",
        groupId: company.id,
        traits: { name: company.name, employees: company.employees, plan: company.plan, industry: company.industry, accountOwner: manager },
      },
      PASSIVE,
    );
    life.later(at + random.int(60, 200) * DAY, (when) => {
      stage.server("crm", when, person, {
        type: "track",
        event: "Account Reviewed",
        properties: { account_id: company.id, health: random.pick(["green", "green", "amber", "red"]), seats: company.employees },
      });
    });
  });
}
