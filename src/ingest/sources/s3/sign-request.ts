import { AwsV4Signer } from 'aws4fetch';

interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Headers by which an S3-compatible server knows who asks for the address, with GET (AWS Signature Version 4); good for fifteen minutes. */
export async function signRequest(url: string, signing: Signing): Promise<Record<string, string>> {
  const signer = new AwsV4Signer({ ...signing, url, method: 'GET', service: 's3' });
  const { headers } = await signer.sign();
  return Object.fromEntries(headers);
}
