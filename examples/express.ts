// A shop before, halfway and after it has moved from Express: `npm run shop -- before`, `halfway` or `after`.
import { start as after } from './express/after/app.ts'
import { start as before } from './express/before/app.ts'
import { start as halfway } from './express/halfway/app.ts'

const states = { before, halfway, after }
const state = process.argv[2] ?? 'after'
if (!Object.hasOwn(states, state))
  throw new Error(`Choose one of ${Object.keys(states).join(', ')}.`)

const { url } = await states[state as keyof typeof states](Number(process.env['PORT'] ?? 8000))
console.log(`The shop listens on ${url} (Ctrl+C stops it)`)
