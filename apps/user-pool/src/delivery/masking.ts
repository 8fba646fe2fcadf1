import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider';

/** Masks `jane@example.com` as `j***@e***`, and a phone number except for its last four digits. */
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

/** The simulated destination for an unknown user, the same for each call with the same name. */
export function simulatedDetails(name: string): CodeDeliveryDetailsType {
  const address = name.includes('@') ? name : `${name}@${name}`;
  return deliveryDetails('email', address.toLowerCase());
}
