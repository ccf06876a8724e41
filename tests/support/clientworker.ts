// A worker that calls the API whose address it is asked with, and answers what came back.
import { probe } from './clientprobe.ts'

export default {
  async fetch(request: globalThis.Request): Promise<globalThis.Response> {
    const base = new URL(request.url).searchParams.get('base') ?? ''
    try {
      return globalThis.Response.json(await probe(base))
    } catch (error) {
      return new globalThis.Response((error as Error).stack ?? String(error), { status: 500 })
    }
  },
}
