import { readdirSync } from 'node:fs'

// The tests are bundles, so tap cannot tell them from what they test: it would count both, and `dist` too.
const tested: readonly string[] = ['build/lib', 'lib'].flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`),
)

export default function coverageMap(): readonly string[] {
  return tested
}
