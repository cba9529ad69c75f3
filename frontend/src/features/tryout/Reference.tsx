import '@scalar/api-reference/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { createApiReference } from '@scalar/api-reference';
import { useEffect, useRef } from 'react';
import classes from './Reference.module.css';

interface ReferenceProps {
  document: Record<string, unknown>;
  url: string;
  apiKey: string;
}

/** The API's own document, to read and to try: Scalar, with no font, proxy or service of its own. */
export function Reference({ document, url, apiKey }: ReferenceProps) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    if (place.current === null) return;
    const root = place.current.appendChild(globalThis.document.createElement('div'));
    const { destroy } = createApiReference(root, {
      content: keyed(document),
      servers: [{ url }],
      authentication: {
        preferredSecurityScheme: 'key',
        securitySchemes: { key: { type: 'http', scheme: 'bearer', token: apiKey } },
      },
      layout: 'classic',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      hideDarkModeToggle: true,
      showDeveloperTools: 'never',
      forceDarkModeState: scheme,
      documentDownloadType: 'none',
      persistAuth: false,
      isEditable: false,
    });
    return () => {
      destroy();
      root.remove();
    };
  }, [document, url, apiKey, scheme]);
  return <div ref={place} className={classes.reference} />;
}

/** Every operation takes the key. */
function keyed(document: Record<string, unknown>): Record<string, unknown> {
  const components = (document.components ?? {}) as Record<string, unknown>;
  return {
    ...document,
    security: [{ key: [] }],
    components: { ...components, securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
  };
}
