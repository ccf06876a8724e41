/** Compares the public declarations with the committed report; with `--write`, writes the report. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { apiReport } from './apireport.ts'

const REPORT = 'tests/fixtures/api.md'

/** Lines of `lines` that are not in `others`, however often they are there. */
function missingIn(others: string, lines: string): string[] {
  const known = new Set(others.split('\n'))
  return lines.split('\n').filter((line) => !known.has(line))
}

const found = apiReport()
const known = existsSync(REPORT) ? readFileSync(REPORT, 'utf8') : ''
if (process.argv.includes('--write')) {
  writeFileSync(REPORT, found)
} else if (found !== known) {
  console.error(`${REPORT} differs from the public declarations:`)
  for (const line of missingIn(found, known).slice(0, 40)) console.error(`- ${line}`)
  for (const line of missingIn(known, found).slice(0, 40)) console.error(`+ ${line}`)
  console.error('If the change is meant, run "npm run api" and commit the report.')
  process.exitCode = 1
}
