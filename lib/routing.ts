/** Routes, and how they are put together. */

export type { PathParams } from './convertors/params.ts'
export type {
  AfterResponse,
  Guard,
  LayerOutcome,
  LayerSettings,
  ResponseMap,
} from './layers/settings.ts'
export type { Answer, AnyHandler, Handler } from './routing/endpoint.ts'
export { Host, type HostOptions } from './routing/host.ts'
export { layer } from './routing/layer.ts'
export { type ListedRoute, routes } from './routing/listing.ts'
export { Mount, type MountOptions, type WithRoutes } from './routing/mount.ts'
export { NoMatchFound, type Routable } from './routing/reverse.ts'
export type { AnyMethodTable, MethodTable } from './routing/route.ts'
export { Route, type RouteOptions } from './routing/route.ts'
export { Router, type RouterOptions } from './routing/router.ts'
export {
  type WebSocketHandler,
  WebSocketRoute,
  type WebSocketRouteOptions,
} from './routing/websocketroute.ts'
