/** Settings from the environment and from `.env` files. */
export { boolean, type Cast, commaSeparated, integer, number, url } from './config/casts.ts'
export { Config } from './config/config.ts'
export { environ } from './config/environ.ts'
export { environment } from './config/environment.ts'
export { ConfigError, type ConfigIssue } from './config/error.ts'
export type { ConfigOptions, Variables } from './config/variables.ts'
