// What does the same answer cost by node:http, and by Stellula on node:http and without it?

import type { Running } from '../contender.ts'
import type { PlainScenario } from '../scenarios.ts'
import { start as startRaw } from './raw.ts'
import { start as startStellula } from './stellula.ts'

export function raw(scenario: PlainScenario): Promise<Running> {
  return startRaw(scenario)
}

export function plain(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario)
}

export function node(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario, { shortcuts: false })
}
