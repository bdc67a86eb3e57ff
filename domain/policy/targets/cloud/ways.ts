/** The two ways in which an endpoint sees connections, and which end of them it is. */
export type Way = 'arriving' | 'leaving';

export const ownField = { arriving: 'destination', leaving: 'source' } as const;
export const peerField = { arriving: 'source', leaving: 'destination' } as const;
