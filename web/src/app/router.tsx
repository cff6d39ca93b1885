// Routes. Each page is its own piece of code, fetched when it is opened.
import { createBrowserRouter, type RouteObject } from 'react-router';
import { Home, Shell } from '@/app/shell';
import { Allowed } from '@/app/allowed';
import { Broken, Loading, Missing } from '@/app/fallbacks';
import { PAGES } from '@/app/pages';

const pages: RouteObject[] = PAGES.map((page) => ({
  path: page.path,
  lazy: async () => {
    const { default: Page } = await page.load();
    return {
      Component: () => (
        <Allowed permission={page.permission}>
          <Page />
        </Allowed>
      ),
    };
  },
}));

export const router = createBrowserRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: Broken,
    HydrateFallback: Loading,
    children: [{ ErrorBoundary: Broken, children: [{ index: true, Component: Home }, ...pages, { path: '*', Component: Missing }] }],
  },
]);
