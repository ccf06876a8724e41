// What must a contender offer, and where is it found?

import type { Server } from 'node:http'
import {
  type PlainScenario,
  type Scenario,
  type StackScenario,
  scenarioNames,
  stackScenarios,
} from './scenarios.ts'
import { type SocketApp, socketApps } from './sockets/scenarios.ts'

export const contenderNames = [
  'raw',
  'stellula',
  'publicapi',
  'fastify',
  'hono',
  'koa',
  'express',
  'h3',
] as const

export type ContenderName = (typeof contenderNames)[number]

const missing: Partial<Record<string, Scenario[]>> = {
  koa: ['range'],
  h3: ['range', ...stackScenarios],
  publicapi: [
    ...(['static10k', 'static1m', 'static304', 'range'] as const),
    ...(['upload5m', 'save5m', 'fields'] as const),
    ...stackScenarios,
  ],
}

/** Whether a contender can do this at all, its usual plugins included. */
export function offers(contender: string, scenario: Scenario): boolean {
  return missing[contender]?.includes(scenario) !== true
}

/** A contender that is listening. */
export interface Running {
  port: number
  close(): Promise<void>
}

/** What a server can be started for. */
export type Served = Scenario | SocketApp

export const servedNames: readonly Served[] = [...scenarioNames, ...socketApps]

/** The whole interface of a file in contenders/, and of one in its folders. */
interface Contender<Known extends Served> {
  start(scenario: Known): Promise<Running>
}

/**
 * Loaded by name, so that a contender which does not compile or load costs only itself; stacks and
 * sockets apart, since a server that needs neither must not hold their code.
 */
export async function startContender(name: string, scenario: Served): Promise<Running> {
  if (isSocketApp(scenario)) {
    const sockets: Contender<SocketApp> = await import(`./contenders/sockets/${name}.js`)
    return sockets.start(scenario)
  }
  if (isStack(scenario)) {
    const stack: Contender<StackScenario> = await import(`./contenders/stacks/${name}.js`)
    return stack.start(scenario)
  }
  const contender: Contender<PlainScenario> = await import(`./contenders/${name}.js`)
  return contender.start(scenario)
}

function isSocketApp(scenario: Served): scenario is SocketApp {
  return socketApps.some((known) => known === scenario)
}

function isStack(scenario: Scenario): scenario is StackScenario {
  return stackScenarios.some((known) => known === scenario)
}

/** For the contenders that are a listener of node:http. */
export async function listen(server: Server): Promise<Running> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: portOf(server.address()),
    close: () => {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

export function portOf(address: { port: number | null } | string | null): number {
  if (address === null || typeof address === 'string' || address.port === null) {
    throw new TypeError(`portOf: a TCP address is needed, but got ${JSON.stringify(address)}.`)
  }
  return address.port
}
