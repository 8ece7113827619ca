import { linux, type Libc } from './libc.js';
import { int32, readInt32, socketAddress } from './native-values.js';

/** What every host must take (RFC 791 3.1). */
const smallestDatagram = 576;

/** MTU on the way to an address, as the kernel knows it; a cautious value when it does not say. */
export function pathMtu(libc: Libc, destination: ArrayLike<number>): number {
  const fd = libc.socket(linux.AF_INET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
  if (fd < 0) return smallestDatagram;
  // Connecting a UDP socket looks up the route and sends nothing.
  const to = socketAddress(destination, 9);
  const mtu = int32(0);
  const known =
    libc.connect(fd, to, to.length) === 0 && libc.getsockopt(fd, linux.IPPROTO_IP, linux.IP_MTU, mtu, int32(4)) === 0;
  libc.close(fd);
  return known ? readInt32(mtu) : smallestDatagram;
}
