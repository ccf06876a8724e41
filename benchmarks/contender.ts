// What must a contender offer, and where is it found?

import type { Server } from 'node:http'
import type { Scenario } from './scenarios.ts'

export const contenderNames = [
  'raw',
  'stellula',
  'fastify',
  'hono',
  'koa',
  'express',
  'h3',
] as const

export type ContenderName = (typeof contenderNames)[number]

const missing: Partial<Record<string, Scenario[]>> = {
  koa: ['range'],
  h3: ['range'],
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

/** The whole interface of a file in contenders/. */
export interface Contender {
  start(scenario: Scenario): Promise<Running>
}

/** Loaded by name, so that a contender which does not compile or load costs only itself. */
export function loadContender(name: string): Promise<Contender> {
  return import(`./contenders/${name}.js`)
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
