// What does the same answer cost by node:http, by Stellula on node:http, and by its plain exchanges?

import type { Running } from '../contender.ts'
import type { PlainScenario } from '../scenarios.ts'
import { start as startRaw } from './raw.ts'
import { start as startStellula } from './stellula.ts'

export function raw(scenario: PlainScenario): Promise<Running> {
  return startRaw(scenario)
}

export function serve(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario)
}

export function publicapi(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario, { shortcuts: false })
}

export function plain(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario, { plainExchanges: true })
}
