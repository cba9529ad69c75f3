import { lazyRouteComponent, type RouteComponent } from '@tanstack/react-router';

/**
 * A page that is loaded when it is first wanted. Its type says nothing of the page, because pages
 * are typed by the router, and the router is typed by what is here.
 */
export function page(load: () => Promise<Record<string, unknown>>, name: string): RouteComponent {
  return lazyRouteComponent(load as () => Promise<Record<string, RouteComponent>>, name);
}
