// How fast must Stellula be? The table of shared performance targets, by scenario.

import type { Scenario } from './scenarios.ts'

/** Speeds in server CPU time: against raw node:http, and against the fastest other contender. */
export interface Target {
  floor: number
  goal: number
  peer: number
}

export const targets: Record<Scenario, Target> = {
  hello: { floor: 0.97, goal: 1.1, peer: 1 },
  json: { floor: 0.97, goal: 1.1, peer: 1 },
  notfound: { floor: 0.97, goal: 1.1, peer: 1 },
  param: { floor: 0.95, goal: 1.05, peer: 1.05 },
  routes200: { floor: 0.95, goal: 1.05, peer: 1.2 },
  routes1000: { floor: 0.95, goal: 1.05, peer: 1.2 },
  middleware10: { floor: 0.95, goal: 1.05, peer: 1.05 },
  middleware10async: { floor: 0.85, goal: 0.95, peer: 1.05 },
  post: { floor: 0.95, goal: 1.1, peer: 1.1 },
  stream: { floor: 1.5, goal: 2, peer: 2 },
}

export const groups: Record<string, Scenario[]> = {
  'Plain answers': ['hello', 'json', 'notfound'],
  Routing: ['param', 'routes200', 'routes1000'],
  Middleware: ['middleware10', 'middleware10async'],
  Bodies: ['post', 'stream'],
}
