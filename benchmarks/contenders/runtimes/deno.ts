// What does the same answer cost on Deno, with Hono and with Stellula?

import { serve } from 'stellula/servers/deno'
import { portOf, type Running } from '../../contender.ts'
import { honoApp, stellulaApp } from './apps.ts'

/** The part of it that is used here. */
interface Deno {
  serve(
    options: object,
    handler: (request: globalThis.Request) => globalThis.Response | Promise<globalThis.Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> }
}

export async function hono(): Promise<Running> {
  const { Deno } = globalThis as unknown as { Deno: Deno }
  // Its default line on stdout would stand before ours.
  const options = { port: 0, hostname: '127.0.0.1', onListen: () => {} }
  const server = Deno.serve(options, honoApp().fetch)
  return { port: server.addr.port, close: () => server.shutdown() }
}

export async function stellula(): Promise<Running> {
  const server = await serve(stellulaApp(), { port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
