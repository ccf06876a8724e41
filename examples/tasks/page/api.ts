// The calls of the page: the client has the types of the server, and none of its code.
import { type Client, client } from 'stellula/client'
import type { api } from '../app.ts'

const KEY = 'tasks.token'

/** The token stays until the window is closed. */
export const token = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (text: string): void => sessionStorage.setItem(KEY, text),
  clear: (): void => sessionStorage.removeItem(KEY),
}

const headers = (): Record<string, string> => {
  const own = token.get()
  return own === null ? {} : { authorization: `Bearer ${own}` }
}

export const call: Client<typeof api> = client<typeof api>(location.origin, { headers })

/** The same for files, which stay bytes whatever their type is. */
export const callForFile: Client<typeof api> = client<typeof api>(location.origin, {
  headers,
  onResponse: ({ ok, status, body }) => {
    const bytes = { 'content-type': 'application/octet-stream' }
    return ok ? new globalThis.Response(body, { status, headers: bytes }) : undefined
  },
})

/** What a problem document says, for people. */
export function wordsOf(error: unknown): string {
  const { title, errors = [] } = ((error as { body?: unknown }).body ?? {}) as {
    readonly title?: string
    readonly errors?: readonly { readonly pointer: string; readonly message: string }[]
  }
  const details = errors.map(({ pointer, message }) => `${pointer.slice(1)}: ${message}`)
  return details.length > 0 ? details.join(' ') : (title ?? 'The server cannot be reached.')
}
