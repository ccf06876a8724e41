/** Dependencies of handlers: found once for each connection, cleaned up after it, and replaceable in tests. */
export {
  type AnyDependency,
  type ApplicationDependencyOptions,
  type Dependency,
  type DependencyOptions,
  dependency,
  isDependency,
} from './dependencies/dependency.ts'
export type {
  Accepted,
  AnyConnection,
  ApplicationContext,
  FindResult,
  Found,
  Given,
} from './dependencies/found.ts'
export { Override, overriding } from './dependencies/overrides.ts'
