import { runBundle } from '../support/bundle.ts'

await runBundle('node')
