// What does the same answer cost on Bun, with Hono and with Stellula?

import { serve } from 'stellula/servers/bun'
import { portOf, type Running } from '../../contender.ts'
import { honoApp, stellulaApp } from './apps.ts'

/** The part of it that is used here. */
interface Bun {
  serve(options: object): { readonly port: number; stop(force: boolean): Promise<void> }
}

export async function hono(): Promise<Running> {
  const { Bun } = globalThis as unknown as { Bun: Bun }
  const server = Bun.serve({ fetch: honoApp().fetch, port: 0, hostname: '127.0.0.1' })
  return { port: server.port, close: () => server.stop(true) }
}

export async function stellula(): Promise<Running> {
  const server = await serve(stellulaApp(), { port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
