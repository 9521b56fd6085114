//! Truth values and numbers.

use rust_decimal::Decimal;
use sqh_model::types::TypeDef;
use sqh_model::{Error, Result, Value};

use super::{expect_value, fixed, other_shape};

macro_rules! fixed_length {
    ($($encode:ident $decode:ident $variant:ident $ty:ty;)*) => { $(
        pub(super) fn $encode(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
            out.extend_from_slice(&expect_value!(value, $variant, ty).to_be_bytes());
            Ok(())
        }

        pub(super) fn $decode(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
            Ok(Value::$variant(<$ty>::from_be_bytes(fixed(bytes, ty)?)))
        }
    )* };
}

fixed_length! {
    encode_i16 decode_i16 I16 i16;
    encode_i32 decode_i32 I32 i32;
    encode_i64 decode_i64 I64 i64;
    encode_f32 decode_f32 F32 f32;
    encode_f64 decode_f64 F64 f64;
}

pub(super) fn encode_bool(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    out.push(u8::from(*expect_value!(value, Bool, ty)));
    Ok(())
}

pub(super) fn decode_bool(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    let [byte] = fixed(bytes, ty)?;
    Ok(Value::Bool(byte != 0))
}

// The form of numeric (src/backend/utils/adt/numeric.c): digits to the base 10,000, the weight of
// the first of them, the sign, and how many decimal digits stand behind the point.
const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;

pub(super) fn encode_decimal(value: &Value, ty: &TypeDef, out: &mut Vec<u8>) -> Result<()> {
    let value = expect_value!(value, Decimal, ty);
    let scale = value.scale() as usize;
    let padding = (4 - scale % 4) % 4;
    // 96 bits and three more decimal digits.
    let mut rest = value.mantissa().unsigned_abs() * 10_u128.pow(padding as u32);
    let behind_the_point = (scale + padding) / 4;

    let mut digits = [0_i16; 10];
    let mut count = 0;
    while rest > 0 {
        digits[count] = (rest % 10_000) as i16;
        rest /= 10_000;
        count += 1;
    }
    let weight = count as i16 - behind_the_point as i16 - 1;
    let trailing_zeros = digits[..count].iter().take_while(|digit| **digit == 0).count();
    let kept = &digits[trailing_zeros..count];

    let sign = if value.is_sign_negative() && count > 0 { NEGATIVE } else { POSITIVE };
    out.extend_from_slice(&(kept.len() as u16).to_be_bytes());
    out.extend_from_slice(&(if count == 0 { 0 } else { weight }).to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(scale as u16).to_be_bytes());
    for digit in kept.iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
    Ok(())
}

pub(super) fn decode_decimal(bytes: &[u8], ty: &TypeDef) -> Result<Value> {
    let word = |i: usize| bytes.get(2 * i..2 * i + 2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    let header = (word(0), word(1), word(2), word(3));
    let (Some(count), Some(weight), Some(sign), Some(scale)) = header else {
        return Err(other_shape(ty));
    };
    if sign != POSITIVE && sign != NEGATIVE {
        return Err(Error::invalid("the stored number is not finite"));
    }
    let digits: Vec<u16> =
        (0..count as usize).map(|i| word(4 + i)).collect::<Option<_>>().ok_or_else(|| other_shape(ty))?;
    let number = decimal(&digits, weight as i16, i32::from(scale))
        .ok_or_else(|| Error::invalid("the stored number has more than 28 digits"))?;
    Ok(Value::Decimal(if sign == NEGATIVE { -number } else { number }))
}

// With the stored scale where that fits, else with as many digits as there are.
fn decimal(digits: &[u16], weight: i16, scale: i32) -> Option<Decimal> {
    let exact = at_scale(digits, weight, scale.min(28));
    exact.or_else(|| (0..scale.min(28)).rev().find_map(|scale| at_scale(digits, weight, scale)))
}

fn at_scale(digits: &[u16], weight: i16, scale: i32) -> Option<Decimal> {
    let mut mantissa = 0_u128;
    for (i, digit) in digits.iter().enumerate() {
        let exponent = 4 * (i32::from(weight) - i as i32) + scale;
        let digit = u128::from(*digit);
        let part = if exponent >= 0 {
            match digit {
                0 => 0,
                digit => digit.checked_mul(10_u128.checked_pow(exponent as u32)?)?,
            }
        } else {
            let power = 10_u128.checked_pow(exponent.unsigned_abs())?;
            if digit % power != 0 {
                return None;
            }
            digit / power
        };
        mantissa = mantissa.checked_add(part)?;
    }
    Decimal::try_from_i128_with_scale(i128::try_from(mantissa).ok()?, scale as u32).ok()
}
