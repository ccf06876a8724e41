// A chat to open in two browser windows: rooms, presence, history. `npm run chat` starts it; with
// REDIS_URL, or a socket's path in it, several processes are one chat.
import { Redis } from 'ioredis'
import { channels, memoryBackend, redisBackend } from 'stellula/channels'
import { serve } from 'stellula/servers/node'
import { chat } from './chat/app.ts'

const HISTORY = 50

const where = process.env['REDIS_URL']
// Without a queue a message fails at once while Redis is gone, and its writer is told.
const client = where === undefined ? undefined : new Redis(where, { enableOfflineQueue: false })
client?.on('error', (error) => console.error(`Redis: ${error.message}`))
await new Promise((resolve) =>
  client === undefined ? resolve(null) : client.once('ready', resolve),
)

const bus = channels({
  backend:
    client === undefined
      ? memoryBackend({ history: HISTORY })
      : redisBackend({ client, history: HISTORY }),
})
const server = await serve(chat(bus, HISTORY), { port: Number(process.env['PORT'] ?? 8000) })
console.log(`The chat listens on ${server.url} (Ctrl+C stops it)`)

await server.closed
await bus.close()
client?.disconnect()
