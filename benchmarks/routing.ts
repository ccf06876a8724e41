// What does it cost to find a route, without any HTTP around it?
//
//   node benchmarks/build/routing.js [--runs 25] [--milliseconds 20]

import { parseArgs } from 'node:util'
import { type CreateRouter, routers } from './contenders/routers.ts'
import { positive } from './options.ts'
import { machine, machineLoad, saveGood, stellulaBuild, table } from './report.ts'
import { isRough, median, rotate } from './statistics.ts'

/** Half of the routes are static, half have a parameter; asked for are the last of each. */
function pathsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    return index % 2 === 0 ? `/section${index}/overview` : `/resource${index}/{id}/items`
  })
}

interface Question {
  kind: string
  path: string
  id?: string
  found: boolean
}

function questionsOf(count: number): Question[] {
  const last = `/resource${count - 1}`
  return [
    { kind: 'static', path: `/section${count - 2}/overview`, found: true },
    { kind: 'param', path: `${last}/42/items`, id: '42', found: true },
    // A miss that looks like a match until its last segment.
    { kind: 'miss', path: `${last}/42/nothing`, found: false },
  ]
}

interface Subject {
  name: string
  match: (path: string) => unknown
  times: number[]
}

function subjectsFor(paths: string[]): Subject[] {
  return Object.entries(routers)
    .filter((entry): entry is [string, CreateRouter] => entry[1] !== undefined)
    .map(([name, create]) => ({ name, match: create(paths), times: [] }))
}

/** Throws unless the router finds what is there, with its parameter, and nothing else. */
function check({ name, match }: Subject, { path, id, found }: Question): void {
  const params = match(path)
  const isRight =
    found === (params !== undefined && params !== null) &&
    (id === undefined || (params as Record<string, unknown>)['id'] === id)
  if (!isRight) throw new Error(`${name}: ${path} gave ${JSON.stringify(params)}.`)
}

let kept: unknown

/** Nanoseconds of CPU time per match: the clock would also count what other processes take. */
function time(match: (path: string) => unknown, path: string, iterations: number): number {
  const before = process.cpuUsage()
  for (let iteration = 0; iteration < iterations; iteration++) kept = match(path)
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / iterations
}

/** As many iterations as fill the time of one run, found by doubling; this also warms up. */
function iterationsFor(
  match: (path: string) => unknown,
  path: string,
  milliseconds: number,
): number {
  let iterations = 64
  while (time(match, path, iterations) * iterations < milliseconds * 1e6) iterations *= 2
  return iterations
}

function measure(
  subjects: Subject[],
  question: Question,
  runs: number,
  milliseconds: number,
): void {
  const iterations = new Map<Subject, number>()
  for (const subject of subjects) {
    check(subject, question)
    subject.times = []
    iterations.set(subject, iterationsFor(subject.match, question.path, milliseconds))
  }
  for (let run = 0; run < runs; run++) {
    for (const subject of rotate(subjects, run)) {
      subject.times.push(time(subject.match, question.path, iterations.get(subject) ?? 1))
    }
  }
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '25' },
    milliseconds: { type: 'string', default: '20' },
  },
})
const loadBefore = machineLoad()
const build = stellulaBuild()
const runs = positive('runs', values.runs)
const milliseconds = positive('milliseconds', values.milliseconds)

/** Whether the runs of Stellula are further apart than it is from the fastest other. */
function isNoise(subjects: Subject[]): boolean {
  const times = new Map(subjects.map(({ name, times }) => [name, times]))
  const ours = times.get('stellula') ?? []
  times.delete('stellula')
  const others = [...times.values()].map(median)
  return isRough([Math.min(...ours), median(ours)], Math.min(...others) / median(ours))
}

const rows: string[][] = []
const rough: string[] = []
let names: string[] = []
for (const count of [10, 200, 1000]) {
  const subjects = subjectsFor(pathsOf(count))
  names = subjects.map(({ name }) => name)
  for (const question of questionsOf(count)) {
    measure(subjects, question, runs, milliseconds)
    if (isNoise(subjects)) rough.push(`${count} ${question.kind}`)
    const cells = subjects.map(({ times }) => {
      return `${Math.min(...times).toFixed(0)} / ${median(times).toFixed(0)}`
    })
    rows.push([`${count} ${question.kind}`, ...cells])
    console.error(`${count} routes, ${question.kind}: ${cells.join(', ')}`)
  }
}
if (kept === rows) throw new Error('unreachable, but the engine cannot know')

const report = `## Routing alone

${machine(['stellula', 'find-my-way', 'hono', 'rou3', 'regexparam'])}
* ${runs} interleaved runs of about ${milliseconds} ms each, in one process; load average before the start ${loadBefore}

Nanoseconds of CPU time per match, least / median, parameters gathered into an object. Half of the
routes are static, half have one parameter; asked for are the last of either kind, and a path that
differs in its last segment. The same string is matched again and again, so its hash is known to
lookups by key, which a new string must first be hashed for. Target for Stellula: 500 ns or less at
1,000 routes, and no more than 1.25 times the cost at 10 routes.

${table(['routes', ...names], rows)}`
console.log(report)
saveGood({ name: 'routing', report, build, isWhole: true, rough })
