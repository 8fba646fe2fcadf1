import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider';

/** `jane@example.com` is shown as `j***@e***`, a phone number by its last four digits. */
export function maskAddress(address: string): string {
  const [local, domain] = address.split('@');
  if (domain !== undefined) return `${local?.[0] ?? ''}***@${domain[0] ?? ''}***`;
  return `+${'*'.repeat(Math.max(0, address.length - 5))}${address.slice(-4)}`;
}

export const deliveryDetails = (attribute: string, destination: string): CodeDeliveryDetailsType => ({
  Destination: maskAddress(destination),
  DeliveryMedium: attribute === 'phone_number' ? 'SMS' : 'EMAIL',
  AttributeName: attribute,
});

/** What a client that hides who exists is told about somebody unknown: always the same for the same name. */
export function simulatedDetails(name: string): CodeDeliveryDetailsType {
  const address = name.includes('@') ? name : `${name}@${name}`;
  return deliveryDetails('email', address.toLowerCase());
}
