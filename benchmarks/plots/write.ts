// Draws what results.md has: its pictures into docs/plots, its numbers into docs/performance.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pageWith, plotsOf } from './draw.ts'

/** @param root The root of the repository. */
export function writePlots(root: URL): void {
  const results = readFileSync(new URL('benchmarks/results.md', root), 'utf8')
  const folder = new URL('docs/plots/', root)
  mkdirSync(folder, { recursive: true })
  for (const [name, picture] of Object.entries(plotsOf(results))) {
    writeFileSync(new URL(name, folder), picture)
  }
  const page = new URL('docs/performance.md', root)
  writeFileSync(page, pageWith(readFileSync(page, 'utf8'), results))
}
