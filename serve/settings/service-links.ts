// Kubernetes tells each container of the services beside it in variables that are named after them. Those of a service
// named `trainyard` look like settings, and TRAINYARD_PORT=tcp://10.96.0.12:3000 even has the name of one.
// Reference: https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables, and
// `--link` of Docker, which had them first.
const LINK = /^(tcp|udp|sctp):\/\//;

/** What follows the name of the service. */
const NAMES =
  /^TRAINYARD(_\w+)?_(SERVICE_HOST|SERVICE_PORT_\w+|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)$/;

/** Whether the value is the address of a service, and no setting. */
export function isServiceLink(value: string | undefined): boolean {
  return Boolean(value?.match(LINK));
}

/** Whether a variable of this name may come with a service. */
export function isServiceVariable(name: string): boolean {
  return NAMES.test(name);
}
