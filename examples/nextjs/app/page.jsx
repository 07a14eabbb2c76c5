'use client';

import dynamic from 'next/dynamic';

/** In the browser alone: on the server the package is not bundled, and its hook would meet another React than Next.js's own. */
const Reader = dynamic(() => import('./reader.jsx'), { ssr: false });

export default function Page() {
  return <Reader />;
}
