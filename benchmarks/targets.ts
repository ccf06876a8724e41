// How fast must Stellula be? The table of shared performance targets, by scenario.

import type { Scenario } from './scenarios.ts'
import type { SocketScenario } from './sockets/scenarios.ts'

/** Speeds in server CPU time: against raw node:http, or bare ws, and against the fastest other contender. */
export interface Target {
  floor: number
  goal: number
  peer: number
}

/** A scenario without a target is told beside the others, for what it shows. */
export const targets: Partial<Record<string, Target>> = {
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
  static10k: { floor: 1.8, goal: 3, peer: 2 },
  upload5m: { floor: 0.9, goal: 1, peer: 1 },
  save5m: { floor: 0.9, goal: 1, peer: 1 },
  stack8: { floor: 0.8, goal: 0.9, peer: 1.3 },
  echo: { floor: 0.95, goal: 1.1, peer: 1.05 },
  echo8: { floor: 0.95, goal: 1.1, peer: 1.05 },
  echo1k: { floor: 0.95, goal: 1.1, peer: 1.05 },
} satisfies Partial<Record<Scenario | SocketScenario, Target>>
