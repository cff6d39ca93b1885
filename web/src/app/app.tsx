// What every page stands in: look, data, notices, the session, the routes.
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { RouterProvider } from 'react-router';
import { resolver, theme } from '@/app/theme';
import { router } from '@/app/router';
import { listenForKeys } from '@/lib/actions';
import { ApiError, onSessionExpired } from '@/lib/api';
import { forgetOthers, SESSION_KEY } from '@/lib/session';

const RETRIES_MAX = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused stays refused; what it could not do is tried again.
      retry: (failures, error) => failures < RETRIES_MAX && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

onSessionExpired(() => {
  if (client.getQueryData(SESSION_KEY) === null) return;
  forgetOthers(client);
  client.setQueryData(SESSION_KEY, null);
});

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Where the library that stops the scrolling behind a window looks for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const schemes = localStorageColorSchemeManager({ key: 'busyhour.colorScheme' });

export function App() {
  useEffect(listenForKeys, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto" colorSchemeManager={schemes} getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" role="status" aria-live="polite" limit={4} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
