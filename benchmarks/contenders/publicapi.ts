// What does Stellula cost without the fields of Node's that are not documented?

import type { Running } from '../contender.ts'
import type { PlainScenario } from '../scenarios.ts'
import { start as startStellula } from './stellula.ts'

export function start(scenario: PlainScenario): Promise<Running> {
  return startStellula(scenario, { shortcuts: false })
}
