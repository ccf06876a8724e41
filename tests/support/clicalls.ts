// Calls the command line once for each list of arguments, in one process, and sends what came of it.
import { main } from '../../lib/cli/main.ts'

const results: { code: number; stdout: string; stderr: string }[] = []
for (const args of JSON.parse(process.argv[2] ?? '') as string[][]) {
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array) => {
      written[name] += String(text)
      return true
    }
  }
  results.push({ code: await main(args), ...written })
}
process.send?.(results)
